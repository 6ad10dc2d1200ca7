"""The design document as one page to keep, to print and to send: Markdown, or HTML that opens offline."""
