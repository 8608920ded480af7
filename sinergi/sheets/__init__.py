"""Tables from and to people: CSV and XLSX with templates, errors beside the cell and corrected files. Pure."""
