"""Pages of who has what: `who_has` the matrix, `facts` the records one by one, `words` what people read."""
