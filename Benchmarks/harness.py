"""What the benchmarks have in common: servers on a core of their own, and programs that must succeed."""
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SERVER_CORE, LOAD_CORE = "0", "1"
# A market this size is ready in seconds; after this long something is wrong.
START_SECONDS = 300


class Failure(Exception):
    """What is wrong, where, and what to do, in one line."""


def note(text):
    if sys.stderr.isatty():
        print(f"{os.path.basename(sys.argv[0])}: {text}", file=sys.stderr, flush=True)


def need(program, hint):
    if shutil.which(program) is None:
        raise Failure(f"{program} is missing; {hint}")


def run(command, what):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines() or ["no output"]
        errors = [line for line in lines if "error" in line.lower()]
        raise Failure(f"{what} failed: {(errors or lines)[-1].strip()}; try: {' '.join(command)}")
    return done.stdout


class Server:
    """A server pinned to the server's core, from its start to its end."""

    def __init__(self, name, command, directory):
        self.name = name
        self.log = os.path.join(directory, f"{name}.log")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", SERVER_CORE] + command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.url = self.wait_for_address()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def output(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def cpu_seconds(self):
        """User and system time of the process so far."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            # The name in parentheses may hold spaces; utime and stime are the 14th and 15th fields.
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_for_address(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = re.search(r"listening on (http://\S+)", self.output())
            if found:
                return found.group(1)
            if self.process.poll() is not None:
                last = (self.output().strip().splitlines() or ["it said nothing"])[-1]
                raise Failure(f"{self.name} ended with status {self.process.returncode} before it listened: {last}")
            time.sleep(0.02)
        raise Failure(f"{self.name} did not listen within {START_SECONDS} s; its output is in {self.log}")

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise Failure(f"{url} answered status {error.code}: {error.read(120).decode(errors='replace')}")
    except OSError as error:
        raise Failure(f"{url} cannot be fetched: {error}")


def metrics(url):
    """The server's own counts, by their names without `vitrine_`."""
    text = fetch(url + "/metrics").decode()
    return {name: int(value) for name, value in re.findall(r"^vitrine_(\w+) (\d+)$", text, re.MULTILINE)}


def build(*products):
    for product in products:
        run(["swift", "build", "-c", "release", "--product", product], f"building {product}")


def vitrine(name, data, directory, *options):
    """The server with one loop on its core."""
    command = [os.path.join(ROOT, ".build/release/vitrine"), "--data", data, "--listen", "127.0.0.1:0", "--loops", "1"]
    return Server(name, command + list(options), directory)


def market(data, **sizes):
    """Makes a market in `data` unless there is one."""
    if os.path.isdir(data):
        return
    note("making a market of " + ", ".join(f"{count:,} {name}" for name, count in sizes.items()))
    options = [text for name, count in sizes.items() for text in (f"--{name}", str(count))]
    run([os.path.join(ROOT, ".build/release/vitrine-import"), "generate", *options, "--seed", "1", "--data", data],
        "vitrine-import")


def need_two_cores():
    need("taskset", "install it with: apt-get install util-linux")
    need("cc", "install it with: apt-get install build-essential libuv1-dev")
    need("swift", "install Swift 6.3 from https://www.swift.org/install and put it in the PATH")
    if (os.cpu_count() or 1) < 2:
        raise Failure("two cores are needed, one for the server and one for the load; run it on a larger machine")
