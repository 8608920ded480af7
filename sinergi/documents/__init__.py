"""Letters on paper: pure; a struct in, PDF and DOCX bytes out."""
