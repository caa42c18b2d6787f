"""What happens in the incubator, a file for each noun."""
