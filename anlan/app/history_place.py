"""Where the files of history lie: the folder of this machine, or a bucket that it is a cache of."""

from anlan.adapters.parquet_history.disk import Disk, LocalDisk
from anlan.kernel.base.config import Config, ConfigurationError


def disk_of(config: Config) -> Disk:
    """Return the place that the settings name. Raises ConfigurationError."""
    if not config.history_bucket:
        return LocalDisk()
    # whoever has no bucket does not load its client
    from anlan.adapters.parquet_history.bucket import BucketDisk, open_bucket

    keys = config.secret("history_key_file").split()
    if len(keys) != 2:
        raise ConfigurationError(
            f"{config.path('history_key_file')}：应有两行，访问密钥与私有密钥"
            " · two lines: the access key and the secret key"
        )
    store = open_bucket(
        config.history_bucket,
        endpoint=config.history_endpoint,
        region=config.history_region,
        access_key=keys[0],
        secret_key=keys[1],
    )
    # DuckDB compares real paths, and so must the copies be named
    folder = config.path("history_dir").resolve()
    return BucketDisk(folder, store, int(config.history_cache_gb * 1e9))
