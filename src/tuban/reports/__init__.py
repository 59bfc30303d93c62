"""What goes out on paper and in files: PDF, DOCX, workbooks, pages, map pictures. See docs/adr/0006."""
