"""The live risk of an enterprise (企业安全风险): a computed state with its reasons, no early warning."""
