# A script and the scripts of its workspace that it imports, as they were when it was deployed.
import importlib.abc
import importlib.util
import json
import linecache
import sys

__HELD = json.loads("{}")


class __Scripts(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports `f.folder.name` from what is held."""

    def __init__(self, held):
        # One of them may import the script itself.
        sources = {held["path"]: held["source"], **held["modules"]}
        self.sources = {path.replace("/", "."): text for path, text in sources.items()}
        parts = [name.split(".") for name in self.sources]
        self.folders = {".".join(of[:end]) for of in parts for end in range(1, len(of))}

    def find_spec(self, name, path=None, target=None):
        if name not in self.sources and name not in self.folders:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=name in self.folders)

    def exec_module(self, module):
        source = self.sources.get(module.__name__)
        if source is None:
            return
        file = module.__name__.replace(".", "/") + ".py"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), module.__dict__)


sys.meta_path.insert(0, __Scripts(__HELD))
__package__ = ".".join(__HELD["path"].split("/")[:-1])
linecache.cache["script.py"] = (
    len(__HELD["source"]),
    None,
    __HELD["source"].splitlines(True),
    "script.py",
)
exec(compile(__HELD["source"], "script.py", "exec"), globals())
