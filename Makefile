# `make help` lists the targets. Everything installs into .venv/, runs and is produced in var/.
PY := .venv/bin/python
# Compiled modules are kept, whatever the machine says: a process starts in half the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test check bench lock run shots clean
.DEFAULT_GOAL := help

help: ## 列出这些命令
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup: ## 安装系统库、字体、Python 与前端依赖
	@python3 config/bootstrap.py

demo: setup ## 演示分行：建库、灌数、封账、出简报，然后在 http://127.0.0.1:8000 提供服务（SERVE=0 不启动）
	@$(PY) manage.py demo $(if $(filter 0,$(SERVE)),--no-serve)

test: setup ## 全部测试，含浏览器测试
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## 格式、规范、类型、分层、迁移、上线检查
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy .
	@.venv/bin/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml
	@PRODUCTION=1 SECRET_KEY=$$(head -c 48 /dev/urandom | base64) FIELD_KEYS=1:$$(head -c 32 /dev/urandom | base64) \
		BLIND_INDEX_KEY=1:$$(head -c 32 /dev/urandom | base64) DATABASE_URL=postgresql://localhost/mingcha REDIS_URL=redis://localhost/0 \
		$(PY) manage.py check --deploy --fail-level WARNING

bench: setup ## 性能数字
	@$(PY) -m benchmarks $(ARGS)

lock: setup ## 重新锁定依赖
	@.venv/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.txt
	@.venv/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header pyproject.toml --group dev -o requirements-dev.txt
	@npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

run: setup ## 启动网站、任务进程与定时器
	@$(PY) manage.py serve

shots: setup ## 用演示数据重拍 README 的截图
	@$(PY) -m benchmarks.screenshots

clean: ## 停掉内置服务并删除 var/
	@$(PY) -m config.servers stop && rm -rf var
