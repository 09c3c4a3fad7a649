"""Renew the vendored libraries: `python tools/renew_vendor.py` (needs npm; names no registry).

Each file is copied byte for byte out of the package that `npm pack` fetches, so that anyone can compare it with the
package of that version. Change a version below, run this, look at the diff, run the tests. `vendor.json` then lists
every file of that folder but itself: file, package, version, licence and its SHA-384 in hex.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[1] / "hermes_webui" / "ui" / "vendor"
LANGUAGES = (
    "apache", "bash", "c", "clojure", "cmake", "cpp", "csharp", "css", "dart", "diff", "dockerfile", "dos",
    "elixir", "elm", "erlang", "fortran", "fsharp", "glsl", "go", "gradle", "graphql", "groovy", "haskell",
    "http", "ini", "java", "javascript", "json", "julia", "kotlin", "latex", "less", "lisp", "lua", "makefile",
    "markdown", "matlab", "nginx", "nim", "nix", "objectivec", "ocaml", "perl", "php", "powershell",
    "properties", "protobuf", "python", "r", "ruby", "rust", "scala", "scheme", "scss", "sql", "swift", "tcl",
    "typescript", "vbnet", "verilog", "vhdl", "vim", "wasm", "x86asm", "xml", "yaml",
)  # fmt: skip
FONTS = (
    "AMS-Regular", "Caligraphic-Bold", "Caligraphic-Regular", "Fraktur-Bold", "Fraktur-Regular", "Main-Bold",
    "Main-BoldItalic", "Main-Italic", "Main-Regular", "Math-BoldItalic", "Math-Italic", "SansSerif-Bold",
    "SansSerif-Italic", "SansSerif-Regular", "Script-Regular", "Size1-Regular", "Size2-Regular", "Size3-Regular",
    "Size4-Regular", "Typewriter-Regular",
)  # fmt: skip

#: package → (version, licence, {file here: file in the package}); with `*` in both, all files of that folder and ending
PACKAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "preact": ("11.2.0", "MIT", {"preact.js": "dist/preact.mjs", "preact-hooks.js": "hooks/dist/hooks.mjs"}),
    "htm": ("3.1.1", "Apache-2.0", {"htm.js": "dist/htm.mjs"}),
    "@preact/signals-core": ("1.14.5", "MIT", {"signals-core.js": "dist/signals-core.mjs"}),
    "@preact/signals": ("2.11.4", "MIT", {"signals.js": "dist/signals.mjs"}),
    "markdown-it": ("15.0.3", "MIT", {"markdown-it.js": "dist/browser/markdown-it.esm.min.mjs"}),
    "dompurify": ("3.4.18", "MPL-2.0 OR Apache-2.0", {"purify.js": "dist/purify.es.mjs"}),
    "@highlightjs/cdn-assets": (
        "11.12.0",
        "BSD-3-Clause",
        {
            "highlight/core.js": "es/core.min.js",
            **{f"highlight/{name}.js": f"es/languages/{name}.min.js" for name in LANGUAGES},
        },
    ),
    "katex": (
        "0.19.1",
        "MIT",
        {
            "katex/katex.min.js": "dist/katex.min.js",
            "katex/katex.min.css": "dist/katex.min.css",
            **{f"katex/fonts/KaTeX_{name}.woff2": f"dist/fonts/KaTeX_{name}.woff2" for name in FONTS},
        },
    ),
    # One file: of its modules an ordinary diagram would fetch forty. Only `frames/diagram.html` loads it.
    "mermaid": ("11.17.2", "MIT", {"mermaid.js": "dist/mermaid.min.js"}),
    # Only `frames/terminal.html` loads these.
    "@xterm/xterm": ("6.0.0", "MIT", {"xterm/xterm.js": "lib/xterm.mjs", "xterm/xterm.css": "css/xterm.css"}),
    "@xterm/addon-fit": ("0.11.0", "MIT", {"xterm/fit.js": "lib/addon-fit.mjs"}),
    # The legacy build, for browsers of the last two years: the other one asks for what came in the last months. Left
    # out: its sandbox (no script of a PDF runs), its WebAssembly (the page's policy has none; the decoders are here as
    # plain scripts), and the Liberation fonts, which are under the GPL: the system's own stand in for Helvetica.
    "pdfjs-dist": (
        "6.5.438",
        "Apache-2.0 AND BSD-3-Clause AND BSD-2-Clause",
        {
            "pdf/pdf.js": "legacy/build/pdf.min.mjs",
            "pdf/pdf.worker.js": "legacy/build/pdf.worker.min.mjs",
            "pdf/decoders/jbig2_nowasm_fallback.js": "wasm/jbig2_nowasm_fallback.js",
            "pdf/decoders/openjpeg_nowasm_fallback.js": "wasm/openjpeg_nowasm_fallback.js",
            "pdf/cmaps/*.bcmap": "cmaps/*.bcmap",
            "pdf/fonts/*.pfb": "standard_fonts/*.pfb",
            "licences/pdfjs-dist-cmaps.txt": "cmaps/LICENSE",
            "licences/pdfjs-dist-fonts.txt": "standard_fonts/LICENSE_FOXIT",
            "licences/pdfjs-dist-jbig2.txt": "wasm/LICENSE_JBIG2",
            "licences/pdfjs-dist-openjpeg.txt": "wasm/LICENSE_OPENJPEG",
            "licences/pdfjs-dist-openjpeg-wrapper.txt": "wasm/LICENSE_PDFJS_OPENJPEG",
        },
    ),
}


def main() -> None:
    """Fetch every package and rewrite the files and `vendor.json`."""
    entries = [entry for package in PACKAGES for entry in renew(package)]
    (HERE / "vendor.json").write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    strays = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    strays -= {entry["file"] for entry in entries} | {"vendor.json"}
    for stray in sorted(strays):
        sys.stderr.write(f"not listed, remove it: {stray}\n")


def renew(package: str) -> list[dict[str, str]]:
    """Copy one package's files and its licence here; their entries for `vendor.json`."""
    version, licence, files = PACKAGES[package]
    slug = package.removeprefix("@").replace("/", "-")
    wanted = {**files, f"licences/{slug}.txt": "LICENSE"}
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{package}@{version}"]
        name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        with tarfile.open(Path(folder) / name) as archive:
            each = {target: source for pair in wanted.items() for target, source in spread(archive, *pair)}
            contents = {target: read(archive, source) for target, source in each.items()}
    return [store(target, content, package, version, licence) for target, content in contents.items()]


def spread(archive: tarfile.TarFile, target: str, source: str) -> list[tuple[str, str]]:
    """A pair of names; with `*` in them, one pair for each file that the package has by that pattern."""
    if "*" not in source:
        return [(target, source)]
    before, _, after = source.partition("*")
    names = (name.removeprefix("package/") for name in sorted(archive.getnames()))
    found = [name for name in names if name.startswith(before) and name.endswith(after)]
    return [(target.replace("*", name[len(before) : len(name) - len(after)]), name) for name in found]


def read(archive: tarfile.TarFile, source: str) -> bytes:
    """The bytes of one file of an npm package (they all lie below `package/`)."""
    member = archive.extractfile(f"package/{source}")
    if member is None:
        raise FileNotFoundError(source)
    return member.read()


def store(target: str, content: bytes, package: str, version: str, licence: str) -> dict[str, str]:
    """Write one file; its entry."""
    path = HERE / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    digest = hashlib.sha384(content).hexdigest()
    return {"file": target, "package": package, "version": version, "licence": licence, "sha384": digest}


if __name__ == "__main__":
    main()
