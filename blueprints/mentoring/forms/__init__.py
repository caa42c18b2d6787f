"""What is typed in mentoring, a file for each noun."""
