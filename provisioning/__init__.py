"""What can happen to an order: one function per event, one transaction each."""
