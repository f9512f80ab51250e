"""Tables of others as they come and as we give them: workbooks and comma-separated text, their columns and cells."""
