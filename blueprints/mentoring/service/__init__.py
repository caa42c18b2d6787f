"""What happens in mentoring, a file for each noun."""
