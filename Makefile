# 安澜 Anlan. `make` alone explains.
export ANLAN_SECRET_KEY_FOR_TESTS ?= only for tests

.PHONY: help demo clean-demo test check docs fresh chaos matrix requirements

help:
	@echo 'make demo          启动演示(第一次会安装所需的一切) · start the demonstration, installing what it needs'
	@echo 'make clean-demo    忘掉演示的全部数据(var/) · forget all of its data'
	@echo 'make test          运行全部测试 · run every test'
	@echo 'make check         只看格式、规则和类型 · format, rules and types only'
	@echo 'make docs          重新生成文档中由代码得出的部分 · write the generated pages again'
	@echo 'make matrix        每个岗位、每个接口、每种关系逐一试过 · every role at every operation in every relation, by minutes'
	@echo 'make fresh         在全新的 Debian 12 里照 README 走一遍 · follow the README in a new Debian 12'
	@echo 'make chaos         三十轮 kill -9,写进 docs/performance.md · thirty rounds of kill -9, written into the docs'
	@echo 'make requirements  重新锁定 Python 包 · lock the Python packages again'

demo:
	@scripts/bootstrap demo
	@exec .venv/bin/anlan demo $(ARGS)

clean-demo:
	@scripts/clean-demo

test:
	@scripts/bootstrap test
	@scripts/test $(ARGS)

check:
	@scripts/bootstrap test
	@scripts/check

docs:
	@scripts/bootstrap test
	@scripts/docs

matrix:
	@scripts/bootstrap test
	@ANLAN_WHOLE_MATRIX=1 .venv/bin/python -m pytest -q -n 0 --durations=3 tests/app/authorisation

fresh:
	@scripts/fresh

chaos:
	@scripts/bootstrap test
	@.venv/bin/anlan bench chaos --rounds 30 --page docs/performance.md

requirements:
	@scripts/lock-requirements
