/* Comma-separated values, and the published table. */
#include "openb.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	size_t n = 0, cap = 1 << 20;
	char *text = malloc(cap + 1);
	for (size_t got; text && (got = fread(text + n, 1, cap - n, file)) > 0;) {
		n += got;
		if (n == cap)
			text = realloc(text, (cap *= 2) + 1);
	}
	fclose(file);
	if (!text)
		exit(EXIT_FAILURE);
	text[n] = 0;
	return text;
}

void openb_csv_read(openb_csv *to, const char *path)
{
	*to = (openb_csv){.text = read_all(path)};
	size_t lines = 1;
	for (const char *at = to->text; *at; at++)
		lines += *at == '\n';
	to->rows = calloc(lines, sizeof(*to->rows));
	if (!to->rows)
		exit(EXIT_FAILURE);
	char *rest = to->text, *line;
	while ((line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = 0;
		if (line[0])
			to->rows[to->n++] = line;
	}
	if (to->n > 0)
		return;
	fprintf(stderr, "%s: no header\n", path);
	exit(EXIT_FAILURE);
}

void openb_csv_free(openb_csv *csv)
{
	free(csv->rows);
	free(csv->text);
}

/* The cell of that number. */
static int nth(char *to, size_t size, const char *row, size_t number)
{
	for (; number > 0 && row; number--) {
		row = strchr(row, ',');
		row = row ? row + 1 : NULL;
	}
	if (!row)
		return 0;
	snprintf(to, size, "%.*s", (int)strcspn(row, ","), row);
	return 1;
}

int openb_csv_cell(char *to, size_t size, const openb_csv *csv, size_t row, const char *column)
{
	char name[64];
	for (size_t i = 0; nth(name, sizeof(name), csv->rows[0], i); i++) {
		if (strcmp(name, column) == 0)
			return nth(to, size, csv->rows[row], i);
	}
	to[0] = 0;
	return 0;
}

static int is_row(const openb_csv *csv, size_t row, const char *workload, const char *policy)
{
	char cell[64];
	return openb_csv_cell(cell, sizeof(cell), csv, row, "workload") &&
	       strcmp(cell, workload) == 0 && openb_csv_cell(cell, sizeof(cell), csv, row, "policy") &&
	       strcmp(cell, policy) == 0 && openb_csv_cell(cell, sizeof(cell), csv, row, "metric") &&
	       strcmp(cell, "gpu_alloc_pct") == 0;
}

int openb_published(double *mean, double *sd, const char *pods_path, const char *workload,
                    const char *policy, int load)
{
	char path[4096], mean_column[32], sd_column[32], cell[64];
	const char *slash = strrchr(pods_path, '/');
	int length = slash ? (int)(slash - pods_path) + 1 : 0, found = 0;
	snprintf(path, sizeof(path), "%.*spublished_fgd_atc23.csv", length, pods_path);
	snprintf(mean_column, sizeof(mean_column), "mean_%d", load);
	snprintf(sd_column, sizeof(sd_column), "sd_%d", load);
	FILE *there = policy ? fopen(path, "r") : NULL;
	if (!there)
		return 0;
	fclose(there);
	openb_csv csv;
	openb_csv_read(&csv, path);
	for (size_t i = 1; i < csv.n && !found; i++) {
		if (!is_row(&csv, i, workload, policy) ||
		    !openb_csv_cell(cell, sizeof(cell), &csv, i, mean_column))
			continue;
		*mean = atof(cell);
		*sd = openb_csv_cell(cell, sizeof(cell), &csv, i, sd_column) ? atof(cell) : 0;
		found = 1;
	}
	openb_csv_free(&csv);
	return found;
}
