"""Four eyes: which decisions need a second person, and how two people make one."""
