"""The demonstration's feeds as a process of their own, started by `anlan demo`."""

from anlan.app.demo.feeds import run

if __name__ == "__main__":
    run()
