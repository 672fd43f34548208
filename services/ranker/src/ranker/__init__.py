"""Retrieves, scores with ONNX and explains."""
