"""``python -m bookbuild.binder``: what Binder does, on this machine: its installation, its limits, every chapter.

A clone of the project gets its own environment from ``binder/``; JupyterLab starts there on one core, and each page's
own launch path is opened in a browser and run. Whatever the processes hold beyond 2 GB ends them, as Binder would.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import nan
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import psutil
from playwright.sync_api import Page

from bookbuild.browser import NOT_FOUND, chromium, find_chromium
from bookbuild.pdf import read_page

MEMORY = 2 * 2**30
PROCESSOR_HOUR = 3600
LOADING = 300  # seconds that JupyterLab may take to show a notebook
# The application that JupyterLab exposes runs the cells and holds their outputs, those out of sight too.
RUN_ALL = """async (path) => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = app.shell.currentWidget;
    if (!panel?.sessionContext) return {wrong: ["it did not open as a notebook"]};
    await panel.context.ready;
    if (!path.endsWith(panel.context.path)) return {wrong: [`what opened is ${panel.context.path}`]};
    await panel.sessionContext.ready;
    await app.commands.execute("notebook:run-all-cells");
    const wrong = [];
    let cells = 0;
    for (const {model} of panel.content.widgets.filter((cell) => cell.model.type === "code")) {
        cells += 1;
        const mayRaise = (model.getMetadata("tags") ?? []).includes("raises-exception");
        for (const output of model.outputs.toJSON()) {
            if (output.name === "stderr") wrong.push(`cell ${cells}: ${output.text}`);
            if (output.output_type === "error" && !mayRaise) wrong.push(`cell ${cells}: ${output.evalue}`);
        }
        const empty = !model.sharedModel.getSource().trim();
        if (model.executionCount === null && !empty) wrong.push(`cell ${cells} did not run`);
    }
    return {cells, wrong};
}"""
START = f"""(path) => {{
    const failed = (error) => ({{wrong: [String(error)]}});
    ({RUN_ALL})(path).catch(failed).then((found) => {{ window.found = found; }});
}}"""
END = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel?.sessionContext?.shutdown();
}"""


def launch_paths(html: Path) -> dict[str, str]:
    """Where each page's launch button lets Binder open it: paths of JupyterLab by page, in the contents' order."""
    home = read_page(html / "index.html")
    pages = [link["href"].partition("#")[0] for link in home.select("nav.bd-links a[href]")]
    found = {}
    for name in dict.fromkeys(["index.html", *(page for page in pages if page and ":" not in page)]):
        for link in read_page(html / name).select('a[href*="/v2/gh/"]'):
            found[name.removesuffix(".html")] = parse_qs(urlsplit(link["href"]).query)["urlpath"][0]
    return found


class Watch(threading.Thread):
    """The memory of a process and all that it has started; beyond the limit they end, and the watch with them."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.process, self.peak = process, 0

    def run(self) -> None:
        """Look twice a second, until the process has ended."""
        while self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE:
            held = 0
            family = [self.process, *self.process.children(recursive=True)]
            for one in family:
                try:
                    held += one.memory_full_info().pss  # what several share counts once
                except psutil.Error:
                    continue
            self.peak = max(self.peak, held)
            if held > MEMORY:
                print(f"The processes held {held / 2**30:.2f} GB, more than Binder gives; ended.", file=sys.stderr)
                for one in family:
                    one.kill()
                return
            time.sleep(0.5)


@contextmanager
def jupyterlab(project: Path, environment: dict[str, str]) -> Iterator[tuple[str, Watch]]:
    """JupyterLab in a folder, on one core: its address to open ``{}`` as the first thing of all, and its watch."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    options = [f"--ServerApp.port={port}", f"--IdentityProvider.token={token}", "--ServerApp.open_browser=False"]
    server = subprocess.Popen(
        ["jupyter", "lab", "--allow-root", "--expose-app-in-browser", *options],
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=(project.parent / "jupyterlab.log").open("w"),
        preexec_fn=lambda: os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]),
    )
    watch = Watch(psutil.Process(server.pid))
    watch.start()
    try:
        while watch.is_alive():  # until it listens
            with suppress(OSError), socket.create_connection(("localhost", port)):
                break
            time.sleep(0.5)
        yield f"http://localhost:{port}/{{}}?token={token}&reset", watch
    finally:
        server.terminate()
        server.wait()


def run_chapter(tab: Page, address: str, path: str, watch: Watch) -> dict[str, object]:
    """Open a chapter and run all of its cells: how many, processor seconds of its kernel, memory, what went wrong."""
    watch.peak = 0
    before = {kernel.pid for kernel in watch.process.children()}
    tab.goto(address.format(path), wait_until="load")
    tab.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context !== undefined")
    # Not waited for: a page whose server has been ended would never answer.
    tab.evaluate(START, path)
    while (found := tab.evaluate("window.found ?? null")) is None:
        if not watch.is_alive():
            return {"processor seconds": nan, "GB": watch.peak / 2**30, "wrong": "ended for its memory"}
        tab.wait_for_timeout(500)
    kernels = [kernel for kernel in watch.process.children() if kernel.pid not in before]
    seconds = sum(sum(kernel.cpu_times()[:4]) for kernel in kernels)
    tab.evaluate(END)
    wrong = "; ".join(found["wrong"])
    return {"cells": found.get("cells"), "processor seconds": seconds, "GB": watch.peak / 2**30, "wrong": wrong}


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns 1 where a chapter fails or all take longer than Binder allows."""
    parser = argparse.ArgumentParser(prog="python -m bookbuild.binder", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, default=Path("."), help="the checkout; what is committed is tried")
    parser.add_argument("--output", type=Path, default=Path("_build"), help="folder of the built pages, html")
    options = parser.parse_args(arguments)
    folder = (options.output / "binder").resolve()
    if find_chromium() is None:
        print(NOT_FOUND, file=sys.stderr)
        return 1
    paths = launch_paths((options.output / "html").resolve())
    if not paths:
        print(f"No page in {options.output / 'html'} has a launch button.", file=sys.stderr)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    project, programs = folder / "project", folder / "environment" / "bin"
    subprocess.run(["git", "clone", "--quiet", options.project.resolve(), project], check=True)
    subprocess.run([sys.executable, "-m", "venv", programs.parent], check=True)
    kept = {name: value for name, value in os.environ.items() if not re.match("LAYERWISE_|PYTHON|VIRTUAL_ENV", name)}
    environment = kept | {"PATH": f"{programs}{os.pathsep}{kept['PATH']}", "HOME": str(folder)}
    for command in (["pip", "install", "--quiet", "-r", "binder/requirements.txt"], ["bash", "binder/postBuild"]):
        subprocess.run(command, cwd=project, env=environment, check=True)
    rows = {}
    with jupyterlab(project, environment) as (address, watch), chromium() as browser:
        tab = browser.new_page()
        tab.set_default_timeout(LOADING * 1000)
        for name, path in paths.items():
            rows[name] = run_chapter(tab, address, path, watch)
            print(name, rows[name], flush=True)
            if not watch.is_alive():
                break
    table = pd.DataFrame.from_dict(rows, orient="index")
    print(table.to_string(formatters={"processor seconds": "{:.0f}".format, "GB": "{:.2f}".format}))
    total = table["processor seconds"].sum()
    print(f"\nIn all {total:.0f} seconds of processor time, at most {table['GB'].max():.2f} GB at once.")
    return int(bool(table["wrong"].any()) or total > PROCESSOR_HOUR)


if __name__ == "__main__":
    sys.exit(main())
