"""A bulletin as a paper, in the layout of GB/T 9704-2012: docx, pdf, xlsx."""
