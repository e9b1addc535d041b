"""Personal tokens: how a program reads in a person's name, never more than they may."""
