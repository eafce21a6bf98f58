/*
 * The script of a rehearsal: which nodes there are, how containers of images behave and when, what
 * metrics say over time, and what people do. The format stands in docs/rollouts.md.
 */
#ifndef KORCH_ROLLOUT_SCRIPT_H
#define KORCH_ROLLOUT_SCRIPT_H

#include <korch/error.h>
#include <korch/loop.h>
#include <korch/runtime.h>

enum {
	SCRIPT_NODES_MAX = 1000,
	SCRIPT_IMAGES_MAX = 1000,
	SCRIPT_METRICS_MAX = 1000,
	SCRIPT_POINTS_MAX = 2000, /* of a metric */
	SCRIPT_ACTIONS_MAX = 10000,
	SCRIPT_TEXT = 512,
};

typedef struct script_node {
	char name[64];
	korch_node_capacity capacity;
	int64_t count; /* more than 1: NAME-1, NAME-2 … */
} script_node;

/* How containers of an image behave that start in a range of time. */
typedef struct script_image {
	char image[256];       /* glob */
	char node[64];         /* glob; "": any; so are the next two */
	char pod[SCRIPT_TEXT]; /* NAMESPACE/NAME */
	char container[128];
	char pull_error[128];
	char start_error[128];
	char startup[128]; /* "fail:10s,ok:1h" as in sim.h */
	char readiness[128];
	char liveness[128];
	korch_usec from;
	korch_usec until; /* KORCH_USEC_NEVER: for ever */
	korch_usec pull;
	korch_usec start;
	korch_usec crash; /* runs so long, then ends with exit_code; 0: never */
	korch_usec crash_within;
	int64_t crash_permille; /* chance of each start to crash */
	int64_t exit_code;
	int line;
} script_image;

/* What a metric says from a time on. */
typedef struct script_point {
	korch_usec at;
	double value;
	char *result; /* JSON text, or the word of an outcome; NULL: value */
	char *error;  /* it cannot be measured, and why; NULL: it can */
} script_point;

typedef struct script_metric {
	char metric[128]; /* glob on the metric's name */
	char image[256];  /* glob on an image of the rollout's newest revision; "*": any */
	script_point *points;
	size_t n_points;
	int is_ramp;  /* values between two points lie on a line */
	double noise; /* each value is off by at most so much */
	int line;
} script_metric;

typedef enum script_verb {
	SCRIPT_APPLY, /* text: a file */
	SCRIPT_PROMOTE,
	SCRIPT_PROMOTE_FULL,
	SCRIPT_ABORT,
	SCRIPT_RETRY,
	SCRIPT_PAUSE,
	SCRIPT_RESUME,
	SCRIPT_UNDO, /* number: a revision, 0: the one before */
	SCRIPT_RESTART,
	SCRIPT_SET_IMAGE, /* text: the image */
	SCRIPT_SCALE,     /* number: replicas */
	SCRIPT_CRASH,     /* text: glob on the image of containers that end */
	SCRIPT_NODE_DOWN, /* text: a node */
	SCRIPT_NODE_UP,
} script_verb;

typedef struct script_action {
	korch_usec at;
	int verb; /* a script_verb */
	int line;
	int64_t number;
	char rollout[SCRIPT_TEXT]; /* NAME or NAMESPACE/NAME; "": the only one there is */
	char container[128];       /* of set-image; "*": all */
	char text[SCRIPT_TEXT];
} script_action;

typedef struct script {
	const char *file; /* borrowed */
	script_node *nodes;
	size_t n_nodes;
	script_image *images;
	size_t n_images;
	script_metric *metrics;
	size_t n_metrics;
	script_action *actions; /* by time */
	size_t n_actions;
	korch_usec until; /* 0: nothing was said */
	korch_usec lease; /* how often nodes give a sign of life; 0: they do not get lost */
	int64_t seed;     /* 0: nothing was said */
} script;

/* Reads a script. err has file and line of what is wrong; then *out needs no script_free(). */
int script_read(script *out, const char *path, korch_error **err);
void script_free(script *self);
/* "set-image": the key of a verb. */
const char *script_verb_name(int verb);

/* What a metric says at a time, for a rollout with such images ("a,b"): the last of the metrics
 * that fit. NULL: the script says nothing about it. */
const script_metric *script_metric_find(const script *self, const char *metric, const char *images);
/* Whether it says anything about a metric, of whatever image. */
int script_knows_metric(const script *self, const char *metric);
/* The point in force and the value at a time. NULL: nothing yet. */
const script_point *script_metric_at(const script_metric *self, korch_usec at, double *value);

#endif
