"""`marquee report`: what is known of a model, as JSON and as one page that needs nothing else."""
