# Stored files for the Python module `wmill`: what Windmill's client offers for the storage of the
# workspace. A part of the client, which brings the requests.
import io
import urllib.parse


class S3Object(dict):
    """`{"s3": key}`, with `storage` and `presigned` where they are known."""

    def __init__(self, s3="", storage=None, presigned=None):
        given = {"s3": s3, "storage": storage, "presigned": presigned}
        super().__init__({name: value for name, value in given.items() if value is not None})


def object_of(given):
    """An object, or `s3://<storage>/<key>`, as an S3Object."""
    if given is None:
        return S3Object()
    if isinstance(given, dict):
        return S3Object(given.get("s3", ""), given.get("storage"), given.get("presigned"))
    scheme, _, rest = given.partition("://")
    storage, _, key = rest.partition("/")
    if scheme != "s3" or not key:
        raise ValueError(f"not an S3 object: {given!r}; give s3://<storage>/<key> or a dict")
    return S3Object(key, storage or None)


class StoredFiles:
    """The methods of the client for stored files."""

    def _file_query(self, given, s3_resource_path=None):
        found = object_of(given)
        where = {"file_key": found["s3"] or None, "storage": found.get("storage")}
        return {**where, "s3_resource_path": s3_resource_path}

    def load_s3_file(self, s3object, s3_resource_path=None):
        where = self.in_workspace("job_helpers/download_s3_file")
        return self.get(where, params=self._file_query(s3object, s3_resource_path)).content

    def load_s3_file_reader(self, s3object, s3_resource_path=None):
        return io.BufferedReader(io.BytesIO(self.load_s3_file(s3object, s3_resource_path)))

    def write_s3_file(
        self,
        s3object,
        file_content,
        s3_resource_path=None,
        content_type=None,
        content_disposition=None,
    ):
        """Bytes, or a file that is open for reading bytes."""
        params = {
            **self._file_query(s3object, s3_resource_path),
            "content_type": content_type,
            "content_disposition": content_disposition,
        }
        headers = {"Content-Type": "application/octet-stream"}
        where = self.in_workspace("job_helpers/upload_s3_file")
        sent = self.post(where, params=params, content=file_content, headers=headers)
        return S3Object(sent.json()["file_key"])

    def delete_s3_object(self, s3object, s3_resource_path=None):
        where = self.in_workspace("job_helpers/delete_s3_file")
        self.request("DELETE", where, params=self._file_query(s3object, s3_resource_path))

    def sign_s3_objects(self, s3_objects):
        wanted = [dict(object_of(each)) for each in s3_objects]
        where = self.in_workspace("apps/sign_s3_objects")
        signed = self.post(where, json={"s3_objects": wanted}).json()
        return [S3Object(**each) for each in signed]

    def sign_s3_object(self, s3_object):
        return self.sign_s3_objects([s3_object])[0]

    def get_presigned_s3_public_urls(self, s3_objects, base_url=None):
        base = (base_url or self.base_url.removesuffix("/api")).rstrip("/")
        urls = []
        for each in map(object_of, s3_objects):
            signed = each if each.get("presigned") else self.sign_s3_object(each)
            storage = signed.get("storage") or "_default_"
            key = urllib.parse.quote(signed["s3"], safe="/")
            place = f"{base}/api/w/{self.workspace}/s3_proxy/{storage}/{key}"
            urls.append(f"{place}?{signed['presigned']}")
        return urls

    def get_presigned_s3_public_url(self, s3_object, base_url=None):
        return self.get_presigned_s3_public_urls([s3_object], base_url)[0]
