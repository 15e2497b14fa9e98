"""What tests of several layers stand on."""
