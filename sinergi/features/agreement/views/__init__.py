"""HTML pages of agreements: the list, one agreement, and entering one."""
