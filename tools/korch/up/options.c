/* Reading the command line of `korch up`. */
#include "up/options.h"

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
    "  --state FOLDER         keep all objects in FOLDER/store.db, and go on with them, and with "
    "what runs, at the next start\n"
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

static int set_store(up_options *options, int option, const char *text)
{
	char *end = NULL;
	switch (option) {
	case STORE:
		options->store = text;
		return EXIT_FINE;
	case PREFIX:
		options->prefix = text;
		return EXIT_FINE;
	case STORE_CA:
		options->store_ca = text;
		return EXIT_FINE;
	case STORE_CERT:
		options->store_cert = text;
		return EXIT_FINE;
	case STORE_KEY:
		options->store_key = text;
		return EXIT_FINE;
	case NODE:
		options->node = text;
		return EXIT_FINE;
	default:
		options->lease_seconds = strtol(text, &end, 10);
		return end != text && !*end && options->lease_seconds >= 1 &&
		               options->lease_seconds <= LEASE_MAX_S
		           ? EXIT_FINE
		           : tool_usage("up", "--lease %s: seconds are needed, 1 to %d", text, LEASE_MAX_S);
	}
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
	return EXIT_FINE;
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
	       (option = getopt_long(argc, argv, "i:o:sRnS:P:r:p:h", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 'i':
			code = add_image(options, optarg);
			break;
		case 'o':
			options->output = optarg;
			if (strcmp(optarg, "text") != 0 && strcmp(optarg, "json") != 0)
				code = tool_usage("up", "--output %s: text or json", optarg);
			break;
		case 's':
			options->paths.strict = 1;
			break;
		case 'R':
			options->paths.recursive = 1;
			break;
		case 'n':
			options->no_watch = 1;
			break;
		case 'S':
			options->state = optarg;
			break;
		case STORE:
		case PREFIX:
		case STORE_CA:
		case STORE_CERT:
		case STORE_KEY:
		case LEASE:
		case NODE:
			code = set_store(options, option, optarg);
			break;
		case 'P':
			options->scheduler_profile = optarg;
			break;
		case 'r':
			options->router = optarg;
			if (strcmp(optarg, "service") != 0 && strcmp(optarg, "haproxy") != 0)
				code = tool_usage("up", "--router %s: service or haproxy", optarg);
			break;
		case 'p':
			options->prometheus = optarg;
			break;
		case 'h':
			fputs(USAGE, stdout);
			return -1;
		default:
			return tool_usage("up", "unknown option, or one without its value: %s",
			                  argv[optind - 1]);
		}
	}
	if (code == EXIT_FINE)
		code = check_store(options);
	if (code == EXIT_FINE && optind == argc && !options->state)
		return tool_usage("up", "which manifests?");
	options->paths.paths = argv + optind;
	options->paths.n = (size_t)(argc - optind);
	options->paths.keep_lines = 1;
	return code;
}

void options_fini(up_options *options)
{
	for (size_t i = 0; i < options->n_images * 2; i++)
		free(options->image_texts[i]);
}
