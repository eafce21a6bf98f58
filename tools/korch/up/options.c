/* Reading the command line of `korch up`. */
#include "up/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int options_parse(up_options *options, int argc, char **argv)
{
	static const struct option OPTIONS[] = {
	    {"image", required_argument, NULL, 'i'},
	    {"output", required_argument, NULL, 'o'},
	    {"strict", no_argument, NULL, 's'},
	    {"recursive", no_argument, NULL, 'R'},
	    {"no-watch", no_argument, NULL, 'n'},
	    {"state", required_argument, NULL, 'S'},
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
