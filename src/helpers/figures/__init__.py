"""A model's or a lab's result in, a plotly figure out."""
