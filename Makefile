# Thin: everything is done by ./run, which needs neither make nor a prepared machine.
.PHONY: setup demo test check bench
setup demo test check bench:
	./run $@
