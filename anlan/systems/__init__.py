"""Business systems (业务系统), one folder each, named as the bureau names them."""
