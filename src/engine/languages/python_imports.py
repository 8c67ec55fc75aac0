# Reads which packages and scripts of its workspace a Python script needs, from its source alone;
# nothing of it runs.
# Program of a child process: {"source", "path"} as JSON on standard input; on standard output
# {"requirements", "scripts"} or {"problem"}. Standard library only, Python 3.8 and later.
import ast
import json
import re
import sys

# What is imported under one name and published under another.
PACKAGES = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "Crypto": "pycryptodome",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "GitPython",
    "github": "PyGithub",
    "googleapiclient": "google-api-python-client",
    "google_auth_oauthlib": "google-auth-oauthlib",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "markdown": "Markdown",
    "MySQLdb": "mysqlclient",
    "nacl": "PyNaCl",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "pkg_resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socks": "PySocks",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
DOTTED = {
    "google.cloud.storage": "google-cloud-storage",
    "google.cloud.bigquery": "google-cloud-bigquery",
    "google.oauth2": "google-auth",
    "google.auth": "google-auth",
    "google.protobuf": "protobuf",
    "ruamel.yaml": "ruamel.yaml",
}
# Ours, and folders of a workspace.
PROVIDED = {"mcpgate", "wmill", "f", "u", "__future__", "__main__"}
STANDARD = set(getattr(sys, "stdlib_module_names", sys.builtin_module_names))


def package_of(module):
    for dotted, package in DOTTED.items():
        if module == dotted or module.startswith(dotted + "."):
            return package
    top = module.split(".")[0]
    return None if top in STANDARD or top in PROVIDED else PACKAGES.get(top, top)


def is_type_checking(test):
    return getattr(test, "attr", getattr(test, "id", None)) == "TYPE_CHECKING"


def catches_import(handler):
    caught = handler.type
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    accepted = ("ImportError", "ModuleNotFoundError", "Exception")
    return any(name is None or getattr(name, "id", "") in accepted for name in names)


def imports_in(tree):
    """Names of imported modules; not what is only for types, nor what may be missing."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module in ("google.cloud", "google"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            pending.extend(node.orelse)
        elif isinstance(node, ast.Try) and any(map(catches_import, node.handlers)):
            pending.extend(node.handlers + node.orelse + node.finalbody)
        else:
            pending.extend(ast.iter_child_nodes(node))


def scripts_in(tree, path):
    """Scripts of the workspace that are imported: each as the paths that it may stand at."""
    folder = path.split("/")[:-1]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [[alias.name.replace(".", "/")] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else []
            parts = above + (node.module.split(".") if node.module else [])
            whole = "/".join(parts)
            found += [[whole, f"{whole}/{alias.name}"] for alias in node.names]
    return [paths for paths in found if paths[0].split("/")[0] in ("f", "u")]


def block_after(lines, heading):
    """The comment lines below `#heading:` at the top of a script."""
    found = []
    inside = False
    for line in lines:
        text = line.strip()
        if not text.startswith("#"):
            if text and not inside:
                continue
            if inside:
                break
            continue
        words = text[1:].strip()
        if inside:
            if not words:
                break
            found.append(words)
        elif re.fullmatch(heading + r"\s*:", words):
            inside = True
    return found if inside else None


def inline_metadata(source):
    """PEP 723: the `dependencies` of a `# /// script` block; needs Python 3.11."""
    block = re.search(r"(?m)^# /// script\s*$\n((?:^#(?: .*)?$\n)+?)^# ///\s*$", source)
    if block is None:
        return None
    import tomllib

    text = "\n".join(line[2:] for line in block.group(1).splitlines())
    return list(tomllib.loads(text).get("dependencies", []))


def read(source, path):
    scripts = scripts_in(ast.parse(source), path)
    return {"requirements": requirements_of(source), "scripts": scripts}


def requirements_of(source):
    lines = source.splitlines()[:500]
    stated = block_after(lines, "requirements")
    if stated is None:
        stated = inline_metadata(source)
    if stated is not None:
        return stated
    names = {package_of(module) for module in imports_in(ast.parse(source))} - {None}
    more = block_after(lines, "extra_requirements") or []
    named = {re.split(r"[^\w.-]", text)[0].lower() for text in more}
    inferred = sorted(name for name in names if name.lower() not in named)
    return more + inferred


if __name__ == "__main__":
    try:
        answer = read(**json.load(sys.stdin))
    except SyntaxError:
        # The signature's reader says where.
        answer = {"requirements": [], "scripts": []}
    except Exception as error:
        answer = {"problem": f"{type(error).__name__}: {error}"[:500]}
    json.dump(answer, sys.stdout)
