/* The command line of `korch schedule`. */
#ifndef KORCH_SCHEDULE_OPTIONS_H
#define KORCH_SCHEDULE_OPTIONS_H

#include "schedule/input.h"

enum { FILES_MAX = 256 };

typedef enum schedule_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV } schedule_format;

/* What is asked once all pods are placed. */
typedef enum schedule_question {
	QUESTION_NONE,
	QUESTION_DRAIN,
	QUESTION_COMPACT,
	QUESTION_REBALANCE,
	QUESTION_HEADROOM,
} schedule_question;

typedef struct schedule_options {
	input_file files[FILES_MAX];
	size_t n_files;
	const char *profile; /* a name or a file; NULL: the default */
	const char *explain; /* a pod, or NULL */
	const char *html;    /* a file, "-" for standard output, or NULL */
	schedule_format format;
	int is_batch;
	schedule_question question;
	const char *subject; /* of the question: a node, a pod */
	uint32_t moves;      /* of a rebalancing */
	int is_packing;      /* its goal */
	int has_goal;
	int is_preempting;
	int is_seeded;
	uint64_t seed;
} schedule_options;

/* EXIT_FINE, EXIT_USAGE, or -1 when help was asked for and given. */
int schedule_options_parse(schedule_options *options, int argc, char **argv);

#endif
