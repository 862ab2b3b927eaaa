"""The example data: real outputs with human labels, and documents that ground them."""
