/*
 * GPU-sharing packing on lists in the style of Alibaba's openb: reading them, drawing pods from
 * them, policies as profiles of the scheduler, and the published table.
 */
#ifndef KORCH_BENCH_OPENB_H
#define KORCH_BENCH_OPENB_H

#include <korch/scheduler.h>

enum { OPENB_LOADS = 7, OPENB_NAME = 64 };
/* Arrived load, in percent of the devices, at which allocation is noted. */
extern const int openb_loads[OPENB_LOADS];

/* A file of comma-separated values whose columns are found by the names in its first line. */
typedef struct openb_csv {
	char **rows; /* the first one is the header */
	size_t n;
	char *text;
} openb_csv;

/* Reads a file; ends the program with a message when it cannot. */
void openb_csv_read(openb_csv *to, const char *path);
void openb_csv_free(openb_csv *csv);
/* 1: the row has that column, whose text is put into the buffer. */
int openb_csv_cell(char *to, size_t size, const openb_csv *csv, size_t row, const char *column);

/* What one line of a pod list asks for; equal ones are one. */
typedef struct openb_kind {
	char key[192];
	korch_pod *pod;    /* a template */
	int64_t gpu_milli; /* of all its devices */
	uint32_t pods;     /* lines */
	int shares;        /* it takes a share of one device */
} openb_kind;

typedef struct openb_nodes {
	korch_node **items;
	size_t n;
	int64_t gpu_milli;
} openb_nodes;

typedef struct openb_pods {
	char name[OPENB_NAME]; /* of the workload */
	openb_kind *kinds;
	size_t n_kinds;
	uint32_t *lines; /* kind of each */
	size_t n_lines;
} openb_pods;

void openb_nodes_read(openb_nodes *to, const char *path);
void openb_nodes_free(openb_nodes *nodes);
void openb_pods_read(openb_pods *to, const char *path);
void openb_pods_free(openb_pods *pods);

/* What plugins see beside pod and node. */
typedef struct openb_world {
	uint64_t seed;
	const korch_node **nodes; /* ordered by address */
	uint32_t *uses;           /* of each: bits of openb_use() of its pods */
	size_t n;
} openb_world;

/* A policy: a score of the library, or a plugin of the bench's. */
typedef struct openb_policy {
	const char *name;
	const char *published; /* its name in the published table, NULL = not there */
	const char *score;     /* NULL: the plugin */
	int64_t (*plugin)(void *world, const korch_pod *pod, const korch_node_info *node);
	int differ; /* each pod is told apart from all others */
} openb_policy;

extern const openb_policy openb_policies[];
extern const size_t openb_n_policies;

/* How a pod uses devices, for clustering: 0 not at all, 1 shares one, 2 one whole, 3 several … */
uint32_t openb_use(const korch_pod *pod);
/* The bits of a node. */
uint32_t *openb_uses(const openb_world *world, const korch_node *node);

/* One run: draws pods from the list until 1.3 × the devices are asked for, places each once. */
typedef struct openb_run {
	const openb_nodes *nodes;
	const openb_pods *pods;
	const openb_policy *policy;
	int32_t ties;
	uint64_t seed;
} openb_run;
/* Allocation in percent of the devices at each load. */
void openb_play(double allocated[OPENB_LOADS], const openb_run *run);

/* The published mean and standard deviation; 1 when the table has them. */
int openb_published(double *mean, double *sd, const char *pods_path, const char *workload,
                    const char *policy, int load);

void openb_check(int code, const korch_error *err);

#endif
