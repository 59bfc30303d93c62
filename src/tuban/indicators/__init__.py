"""What is measured: one function, one indicator; frames in, numbers out."""
