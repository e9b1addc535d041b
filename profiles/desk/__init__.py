"""What the agent's desk shows of one customer: values, timeline, figures, panels."""
