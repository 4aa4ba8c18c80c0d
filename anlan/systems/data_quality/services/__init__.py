"""The only writers of data quality: what is asked of an owner, which firms are one."""
