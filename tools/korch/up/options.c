/* Reading the command line of `korch up`. */
#include "up/options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options without a letter. */
enum { STORE = 256, PREFIX, STORE_CA, STORE_CERT, STORE_KEY, LEASE, NODE };
enum { LEASE_MAX_S = 86400 };

static const char USAGE[] =
    "usage: korch up [OPTION…] PATH…\n"
    "       korch up [OPTION…] --state FOLDER [PATH…]\n"
    "Runs the manifests at PATH (files, folders, - for standard input) on this machine, in the "
    "foreground, until Ctrl-C, which stops\n"
    "everything in order (a second Ctrl-C: at once). A manifest that changes is applied again; "
    "what is gone from it is deleted.\n"
    "  --image NAME=PATH      run the image NAME by the program PATH, or with the folder PATH as "
    "its root; may be repeated\n"
    "  --output text|json     lines, or JSON lines, instead of the live view; text is the default "
    "where there is no terminal\n"
    "  --strict               unknown fields are errors\n"
    "  --recursive            folders with their sub-folders\n"
    "  --scheduler-profile P  how nodes are chosen: default-scheduler, spread, binpack (default), "
    "best-fit, dot-product …, or a\n"
    "                         KubeSchedulerConfiguration file\n"
    "  --no-watch             do not apply manifests again when they change\n"
    "  --router service|haproxy  what shares traffic among the revisions of Rollouts: the Service "
    "load balancer by connection (default), or\n"
    "                         HAProxy by request, which must be installed\n"
    "  --prometheus URL       where metrics of AnalysisTemplates without an address are asked\n"
    "  --state FOLDER         keep all objects in FOLDER/store.db: the next start goes on with "
    "them, and with what runs. Ctrl-C stops\n"
    "                         pods and keeps objects; Ctrl-\\ (SIGQUIT) leaves pods running\n"
    "  --store URL            keep all objects in etcd, for several korch at once, one of which "
    "leads: etcd://HOST:PORT[,HOST:PORT…][/PREFIX],\n"
    "                         etcds://… for TLS; what runs is in --state FOLDER. TERM hands over: "
    "what runs goes on, and the next one adopts it\n"
    "  --prefix P             of all keys of that store (/korch/)\n"
    "  --store-ca F, --store-cert F, --store-key F  authorities, client certificate and its key "
    "(PEM) of that store\n"
    "  --node NAME            of this node, where the machine's name would be another's: each "
    "--state FOLDER of a store is a node\n"
    "  --lease SECONDS        a leader that is silent for so long is followed by another (15)\n"
    "  --key-file NAME=FILE   seal Secrets in the store under this key; may be repeated: the first "
    "seals, all open\n"
    "  --key-env NAME=VARIABLE  the same, with the key in a variable of the environment\n"
    "  --accept-plain         with a key: what is there in plain text is taken, and sealed\n"
    "  --encryption-config FILE  seal by an API server's EncryptionConfiguration instead\n"
    "Keys on a terminal: up/down select, u undo the last rollout, r restart, + - scale, q quit; on "
    "a "
    "Rollout also p promote,\n"
    "P promote all the way, a abort, t retry, z pause or resume, i set the image.\n"
    "Exit status: 0 stopped in order, 1 bad input or failure, 2 wrong usage.\n";

static int add_image(up_options *options, const char *text)
{
	const char *equals = strchr(text, '=');
	char *path = equals ? realpath(equals + 1, NULL) : NULL;
	if (!equals || equals == text)
		return tool_usage("up", "--image %s: NAME=PATH is needed", text);
	if (!path)
		return tool_usage("up", "--image %s: there is no %s", text, equals + 1);
	if (options->n_images == IMAGES_MAX) {
		free(path);
		return tool_usage("up", "at most %d images", IMAGES_MAX);
	}
	char *name = strndup(text, (size_t)(equals - text));
	options->image_texts[options->n_images * 2] = name;
	options->image_texts[options->n_images * 2 + 1] = path;
	options->images[options->n_images++] = (korch_process_image){.name = name, .path = path};
	return EXIT_FINE;
}

/* A node's name is a DNS subdomain, as Kubernetes has it. */
static int is_node_name(const char *name)
{
	size_t n = strlen(name);
	for (const char *at = name; *at; at++) {
		int is_inner = at > name && at[1] && at[-1] != '.' && at[1] != '.';
		if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) &&
		    !(is_inner && (*at == '-' || *at == '.')))
			return 0;
	}
	return n > 0 && n <= 253;
}

const char *options_prefix(const up_options *options)
{
	const char *host = strstr(options->store, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	if (options->prefix)
		return options->prefix;
	return path && path[1] ? path : "/korch/";
}

static int check_store(const up_options *options)
{
	if (options->store && !options->state)
		return tool_usage("up", "--store needs --state FOLDER, where what runs is kept");
	if (!options->store && (options->prefix || options->store_ca || options->store_cert ||
	                        options->store_key || options->node || options->lease_seconds))
		return tool_usage(
		    "up", "--prefix, --store-ca, --store-cert, --store-key, --node and --lease are for "
		          "--store");
	if (!options->store)
		return EXIT_FINE;
	if (options->node && !is_node_name(options->node))
		return tool_usage(
		    "up",
		    "--node %s: lower case letters, digits, \"-\" and \".\" are allowed, with "
		    "a letter or digit at both ends; at most 253",
		    options->node);
	const char *host = strstr(options->store, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	if (options->prefix && path && path[1])
		return tool_usage("up", "--prefix, or a prefix in the URL of --store, not both");
	if (strncmp(options->store, "etcd://", 7) == 0 &&
	    (options->store_ca || options->store_cert || options->store_key))
		return tool_usage("up", "--store-ca, --store-cert and --store-key are for etcds://");
	return EXIT_FINE;
}

/* What only means something together with something else. */
static int check_together(const up_options *options, size_t n_paths)
{
	int seals = options->sealing.n_keys > 0 || options->sealing.encryption_config;
	int code = check_store(options);
	if (code != EXIT_FINE)
		return code;
	if (n_paths == 0 && !options->state)
		return tool_usage("up", "which manifests?");
	if (seals && !options->state)
		return tool_usage("up", "keys are for objects that are kept: --state is needed");
	return tool_sealing_check(&options->sealing, "up");
}

static int set_lease(up_options *options, const char *text)
{
	char *end = NULL;
	options->lease_seconds = strtol(text, &end, 10);
	if (end != text && !*end && options->lease_seconds >= 1 &&
	    options->lease_seconds <= LEASE_MAX_S)
		return EXIT_FINE;
	return tool_usage("up", "--lease %s: seconds are needed, 1 to %d", text, LEASE_MAX_S);
}

static int one_of(const char *flag, const char *value, const char *a, const char *b)
{
	if (strcmp(value, a) == 0 || strcmp(value, b) == 0)
		return EXIT_FINE;
	return tool_usage("up", "%s %s: %s or %s", flag, value, a, b);
}

/* Options whose value is a text, and where it is kept. */
static const char **text_of(up_options *options, int option)
{
	switch (option) {
	case 'o':
		return &options->output;
	case 'S':
		return &options->state;
	case 'P':
		return &options->scheduler_profile;
	case 'r':
		return &options->router;
	case 'p':
		return &options->prometheus;
	case 'e':
		return &options->sealing.encryption_config;
	case STORE:
		return &options->store;
	case PREFIX:
		return &options->prefix;
	case STORE_CA:
		return &options->store_ca;
	case STORE_CERT:
		return &options->store_cert;
	case STORE_KEY:
		return &options->store_key;
	case NODE:
		return &options->node;
	default:
		return NULL;
	}
}

/* Options that are said or not. */
static int *flag_of(up_options *options, int option)
{
	switch (option) {
	case 's':
		return &options->paths.strict;
	case 'R':
		return &options->paths.recursive;
	case 'n':
		return &options->no_watch;
	case 'a':
		return &options->sealing.accept_plain;
	default:
		return NULL;
	}
}

static int take(up_options *options, int option, char *value)
{
	const char **text = text_of(options, option);
	int *flag = flag_of(options, option);
	if (text)
		*text = value;
	if (flag)
		*flag = 1;
	switch (option) {
	case 'i':
		return add_image(options, value);
	case 'k':
		return tool_sealing_add_key(&options->sealing, "up", "--key-file", value);
	case 'v':
		return tool_sealing_add_key(&options->sealing, "up", "--key-env", value);
	case 'o':
		return one_of("--output", value, "text", "json");
	case LEASE:
		return set_lease(options, value);
	case 'r':
		return one_of("--router", value, "service", "haproxy");
	default:
		return EXIT_FINE;
	}
}

int options_parse(up_options *options, int argc, char **argv)
{
	static const struct option OPTIONS[] = {
	    {"image", required_argument, NULL, 'i'},
	    {"output", required_argument, NULL, 'o'},
	    {"strict", no_argument, NULL, 's'},
	    {"recursive", no_argument, NULL, 'R'},
	    {"no-watch", no_argument, NULL, 'n'},
	    {"state", required_argument, NULL, 'S'},
	    {"store", required_argument, NULL, STORE},
	    {"prefix", required_argument, NULL, PREFIX},
	    {"store-ca", required_argument, NULL, STORE_CA},
	    {"store-cert", required_argument, NULL, STORE_CERT},
	    {"store-key", required_argument, NULL, STORE_KEY},
	    {"lease", required_argument, NULL, LEASE},
	    {"node", required_argument, NULL, NODE},
	    {"key-file", required_argument, NULL, 'k'},
	    {"key-env", required_argument, NULL, 'v'},
	    {"accept-plain", no_argument, NULL, 'a'},
	    {"encryption-config", required_argument, NULL, 'e'},
	    {"help", no_argument, NULL, 'h'},
	    {"scheduler-profile", required_argument, NULL, 'P'},
	    {"router", required_argument, NULL, 'r'},
	    {"prometheus", required_argument, NULL, 'p'},
	    {0},
	};
	int option;
	int code = EXIT_FINE;
	opterr = 0;
	while (code == EXIT_FINE &&
	       (option = getopt_long(argc, argv, "i:o:sRnS:k:v:ae:P:r:p:h", OPTIONS, NULL)) != -1) {
		if (option == 'h') {
			fputs(USAGE, stdout);
			return -1;
		}
		code = option == '?' ? tool_usage("up", "unknown option, or one without its value: %s",
		                                  argv[optind - 1])
		                     : take(options, option, optarg);
	}
	if (code == EXIT_FINE)
		code = check_together(options, (size_t)(argc - optind));
	options->paths.paths = argv + optind;
	options->paths.n = (size_t)(argc - optind);
	options->paths.keep_lines = 1;
	return code;
}

void options_fini(up_options *options)
{
	for (size_t i = 0; i < options->n_images * 2; i++)
		free(options->image_texts[i]);
	tool_sealing_fini(&options->sealing);
}
