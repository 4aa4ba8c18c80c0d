"""Enter what a bureau supervises: firms, sites, equipment, gateways, datastreams, limits, from one workbook."""
