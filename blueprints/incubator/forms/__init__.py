"""What is typed in the incubator, a file for each noun."""
