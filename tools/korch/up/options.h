/* The command line of `korch up`, as data. */
#ifndef KORCH_UP_OPTIONS_H
#define KORCH_UP_OPTIONS_H

#include "sealing.h"
#include "tool.h"
#include <korch/process.h>

enum { IMAGES_MAX = 256 };

typedef struct up_options {
	tool_paths paths;
	korch_process_image images[IMAGES_MAX];
	char *image_texts[IMAGES_MAX * 2]; /* owned copies */
	size_t n_images;
	const char *output;
	const char *state; /* the folder that keeps everything, or NULL */
	const char *store; /* URL of a store for several processes, or NULL */
	const char *prefix, *store_ca, *store_cert, *store_key; /* of that store, or NULL */
	const char *node;              /* name of this node, or NULL: the machine's */
	int64_t lease_seconds;         /* of its leader; 0: the elector's own */
	tool_sealing sealing;          /* of what is kept */
	const char *router;            /* "service" or "haproxy"; NULL: service */
	const char *prometheus;        /* URL, or NULL */
	const char *scheduler_profile; /* a name or a file; NULL: the cluster's own */
	int no_watch;
} up_options;

/* Reads the command line. EXIT_FINE; EXIT_USAGE after saying why; -1: only help was wanted, and
 * given. */
int options_parse(up_options *options, int argc, char **argv);
void options_fini(up_options *options);

/* Where in etcd the objects are, with --store. Borrowed. */
const char *options_prefix(const up_options *options);

#endif
