/* korch rollout rehearse: reading the command line, the manifests and the script, and playing. */
#include "rollout/rehearse.h"
#include "rollout/play.h"
#include "tool.h"

#include <getopt.h>
#include <korch/api.h>
#include <korch/time.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTIL_US ((korch_usec)86400 * KORCH_USEC_PER_SEC)
#define UNTIL_MAX_US ((korch_usec)86400 * 366 * KORCH_USEC_PER_SEC)

static const char USAGE[] =
    "usage: korch rollout rehearse FILE… --script SCRIPT [OPTION…]\n"
    "Plays the Rollouts of some manifests in virtual time on simulated nodes, as the script says "
    "(how containers behave, what\n"
    "metrics say, what people do, and when; docs/rollouts.md), and tells step by step what would "
    "happen.\n"
    "  --script SCRIPT    the script\n"
    "  --seed N           of all that happens by chance (default 1)\n"
    "  --until D          ends at the latest when so much time has passed, such as 36h (default: "
    "the script's, or 24h)\n"
    "  -o, --output F     text (default), json (one record a line) or html (one page)\n"
    "  --strict           unknown fields of manifests are errors\n"
    "Exit status: 0 all Rollouts are healthy at the end, 1 bad input or failure, 2 wrong usage, 3 "
    "a Rollout is degraded,\n"
    "4 a Rollout is still under way.\n";

typedef struct rehearsal {
	tool_paths paths;
	const char *script;
	const char *output;
	int64_t seed;
	korch_usec until; /* 0: the script's */
} rehearsal;

static int parse_number(const char *text, int64_t *out)
{
	char *end;
	long long value = strtoll(text, &end, 10);
	if (end == text || *end || value < 1)
		return tool_usage("rollout rehearse", "--seed %s: a number from 1 on is needed", text);
	*out = value;
	return EXIT_FINE;
}

static int parse_until(const char *text, korch_usec *out)
{
	int64_t ns;
	if (korch_duration_parse(&ns, text, NULL) < 0 || ns <= 0)
		return tool_usage("rollout rehearse", "--until %s: a duration is needed, such as 36h",
		                  text);
	*out = ns / 1000;
	return EXIT_FINE;
}

static int parse_output(const char *text, const char **out)
{
	*out = text;
	if (strcmp(text, "text") == 0 || strcmp(text, "json") == 0 || strcmp(text, "html") == 0)
		return EXIT_FINE;
	return tool_usage("rollout rehearse", "--output %s: text, json or html", text);
}

static int parse(rehearsal *self, int argc, char **argv)
{
	static const struct option OPTIONS[] = {{"script", required_argument, NULL, 'f'},
	                                        {"seed", required_argument, NULL, 'S'},
	                                        {"until", required_argument, NULL, 'u'},
	                                        {"output", required_argument, NULL, 'o'},
	                                        {"strict", no_argument, NULL, 's'},
	                                        {"help", no_argument, NULL, 'h'},
	                                        {0}};
	int option, code = EXIT_FINE;
	opterr = 0;
	while (code == EXIT_FINE &&
	       (option = getopt_long(argc, argv, "f:S:u:o:sh", OPTIONS, NULL)) != -1) {
		if (option == 'f')
			self->script = optarg;
		else if (option == 'S')
			code = parse_number(optarg, &self->seed);
		else if (option == 'u')
			code = parse_until(optarg, &self->until);
		else if (option == 'o')
			code = parse_output(optarg, &self->output);
		else if (option == 's')
			self->paths.strict = 1;
		else if (option == 'h')
			return fputs(USAGE, stdout) < 0 ? EXIT_FAILED : -1;
		else
			return tool_usage("rollout rehearse", "unknown option, or one without its value: %s",
			                  argv[optind - 1]);
	}
	if (code == EXIT_FINE && optind == argc)
		return tool_usage("rollout rehearse", "which manifests?");
	if (code == EXIT_FINE && !self->script)
		return tool_usage("rollout rehearse", "--script is missing");
	self->paths.paths = argv + optind;
	self->paths.n = (size_t)(argc - optind);
	self->paths.keep_lines = 1;
	return code;
}

static void print_problem(void *userdata, const char *line, int is_error)
{
	fprintf(stderr, "korch: %s%s\n", is_error ? "" : "warning: ", line);
}

/* The manifests, with a Rollout or Canary among them; NULL: what is wrong was said. */
static korch_manifest *read_manifests(const rehearsal *self)
{
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	int code = tool_read(&manifest, &self->paths, &error);
	size_t errors = manifest ? tool_each_problem(manifest, print_problem, NULL) : 0;
	size_t rollouts = 0;
	for (size_t i = 0; manifest && i < korch_manifest_count(manifest); i++) {
		const korch_kind *kind = korch_manifest_object(manifest, i)->kind;
		rollouts += kind == &korch_rollout_kind || kind == &korch_flagger_canary_kind;
	}
	if (code < 0 && errors == 0)
		tool_fail(error);
	else
		korch_error_free(error);
	if (code == 0 && errors == 0 && rollouts == 0)
		fprintf(stderr, "korch: there is no Rollout and no Canary in these manifests\n");
	if (code == 0 && errors == 0 && rollouts)
		return manifest;
	korch_manifest_free(manifest);
	return NULL;
}

/* Metrics that the script forgets would be in error: that is said before it happens. */
static void warn_about(const script *played, const korch_analysis_template *template_)
{
	for (size_t i = 0; template_->spec && i < template_->spec->n_metrics; i++) {
		const char *name = template_->spec->metrics[i].name;
		if (name && !script_knows_metric(played, name))
			fprintf(stderr,
			        "korch: warning: %s: nothing is said about the metric \"%s\" of %s/%s\n",
			        played->file, name, template_->object.kind->singular,
			        korch_object_name(&template_->object));
	}
}

static void warn(const script *played, const korch_manifest *manifest)
{
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		const korch_object *object = korch_manifest_object(manifest, i);
		/* the two kinds are alike but for their scope */
		if (object->kind == &korch_analysis_template_kind ||
		    object->kind == &korch_cluster_analysis_template_kind)
			warn_about(played, (const korch_analysis_template *)object);
	}
}

static int form_of(const char *output)
{
	return strcmp(output, "json") == 0   ? STORY_JSON
	       : strcmp(output, "html") == 0 ? STORY_RECORDS
	                                     : STORY_TEXT;
}

static int finish(play *self, korch_error **err)
{
	static const int EXITS[] = {
	    [PLAY_HEALTHY] = EXIT_FINE, [PLAY_DEGRADED] = EXIT_DEGRADED, [PLAY_OPEN] = EXIT_OPEN};
	int code = play_run(self, err);
	if (code >= 0 && self->story->form == STORY_RECORDS) {
		int written =
		    rollout_page("--output", "-", self->paths->paths[0], self->story->records, err);
		code = written < 0 ? written : code;
	}
	fflush(stdout);
	return code < 0 ? tool_fail(*err) : EXITS[code];
}

static int rehearse(const rehearsal *self, const script *played, const korch_manifest *manifest)
{
	korch_error *error = NULL;
	story told = {.form = form_of(self->output), .out = stdout};
	korch_usec until = self->until ? self->until : played->until ? played->until : UNTIL_US;
	play all = {.paths = &self->paths,
	            .manifest = manifest,
	            .script = played,
	            .seed = (uint64_t)(self->seed     ? self->seed
	                               : played->seed ? played->seed
	                                              : 1),
	            .until = until < UNTIL_MAX_US ? until : UNTIL_MAX_US,
	            .story = &told};
	if (told.form == STORY_RECORDS)
		told.records = json_object_new_array();
	int code = finish(&all, &error);
	story_fini(&told);
	return code;
}

int rollout_rehearse(int argc, char **argv)
{
	rehearsal self = {.output = "text"};
	korch_error *error = NULL;
	script played;
	int code = parse(&self, argc, argv);
	if (code != EXIT_FINE)
		return code < 0 ? EXIT_FINE : code;
	korch_manifest *manifest = read_manifests(&self);
	if (!manifest)
		return EXIT_FAILED;
	if (script_read(&played, self.script, &error) < 0) {
		code = tool_fail(error);
	} else {
		warn(&played, manifest);
		code = rehearse(&self, &played, manifest);
		script_free(&played);
	}
	korch_manifest_free(manifest);
	return code;
}
