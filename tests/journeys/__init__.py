"""What people do from end to end, in a browser, over three real nodes in processes of their own."""
