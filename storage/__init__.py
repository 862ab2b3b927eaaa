"""The memory: tables, repositories, migrations, passages and dataset files."""
