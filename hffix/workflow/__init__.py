"""One verb a module, one public function each: what the command line, the tests and other programs call."""
