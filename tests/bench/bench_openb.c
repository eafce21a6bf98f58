/*
 * How much of the devices is allocated when pods arrive that share them:
 *
 *     bench-openb [--nodes FILE] [--pods FILE]… [--seeds N] [--seed FIRST] [--policy NAME]…
 *
 * Nodes with devices only. Pods are drawn from the list, again and again, until they ask for
 * 1.3 × the devices; each is scheduled once when it arrives, none departs. Prints mean and
 * standard deviation over the seeds at arrived loads from 50 % to 130 %, equal scores told apart
 * by name and by an order drawn from the seed, and beside it what was published at 130 % when
 * published_fgd_atc23.csv lies beside the pod list and knows it. Without files: all lists in
 * KORCH_SHARED_DATA/traces/openb or ../shared/data/traces/openb.
 */
#include "openb/openb.h"
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64, POLICIES_MAX = 32 };

typedef struct arguments {
	const char *nodes;
	const char *pods[FILES_MAX];
	size_t n_pods;
	const openb_policy *policies[POLICIES_MAX];
	size_t n_policies;
	uint64_t seed;
	uint64_t seeds;
} arguments;

static void fail(const char *what, const char *value)
{
	fprintf(stderr,
	        "bench-openb: %s%s\nbench-openb [--nodes FILE] [--pods FILE]... [--seeds N] "
	        "[--seed FIRST] [--policy NAME]...\npolicies:",
	        what, value);
	for (size_t i = 0; i < openb_n_policies; i++)
		fprintf(stderr, " %s", openb_policies[i].name);
	fprintf(stderr, "\n");
	exit(EXIT_FAILURE);
}

static const openb_policy *find_policy(const char *name)
{
	for (size_t i = 0; i < openb_n_policies; i++) {
		if (strcmp(openb_policies[i].name, name) == 0)
			return &openb_policies[i];
	}
	fail("no such policy: ", name);
	return NULL;
}

static void read_argument(arguments *to, const char *name, const char *value)
{
	if (!value)
		fail("a value is missing for ", name);
	if (strcmp(name, "--nodes") == 0)
		to->nodes = value;
	else if (strcmp(name, "--pods") == 0 && to->n_pods < FILES_MAX)
		to->pods[to->n_pods++] = value;
	else if (strcmp(name, "--policy") == 0 && to->n_policies < POLICIES_MAX)
		to->policies[to->n_policies++] = find_policy(value);
	else if (strcmp(name, "--seeds") == 0)
		to->seeds = strtoull(value, NULL, 10);
	else if (strcmp(name, "--seed") == 0)
		to->seed = strtoull(value, NULL, 10);
	else
		fail("unknown, or too often: ", name);
}

/* What was not said: everything there is. */
static void fill_in(arguments *to, glob_t *found)
{
	static char nodes[4096];
	char pattern[4096];
	const char *shared = getenv("KORCH_SHARED_DATA");
	shared = shared ? shared : "../shared/data";
	snprintf(nodes, sizeof(nodes), "%s/traces/openb/openb_node_list_gpu_node.csv", shared);
	snprintf(pattern, sizeof(pattern), "%s/traces/openb/openb_pod_list_*.csv", shared);
	to->nodes = to->nodes ? to->nodes : nodes;
	if (to->n_pods == 0 && glob(pattern, 0, NULL, found) == 0) {
		for (size_t i = 0; i < found->gl_pathc && to->n_pods < FILES_MAX; i++)
			to->pods[to->n_pods++] = found->gl_pathv[i];
	}
	for (size_t i = 0, all = to->n_policies == 0; all && i < openb_n_policies; i++)
		to->policies[to->n_policies++] = &openb_policies[i];
	if (to->n_pods == 0)
		fail("no pod list: ", pattern);
	if (to->seeds == 0)
		fail("--seeds must be 1 or more", "");
}

static void measure(const arguments *from, openb_run *run, const char *path)
{
	double sum[OPENB_LOADS] = {0}, squares[OPENB_LOADS] = {0}, one[OPENB_LOADS];
	double n = (double)from->seeds, mean, sd;
	for (uint64_t i = 0; i < from->seeds; i++) {
		run->seed = from->seed + i;
		openb_play(one, run);
		for (size_t k = 0; k < OPENB_LOADS; k++) {
			sum[k] += one[k];
			squares[k] += one[k] * one[k];
		}
	}
	printf("%-12s %-14s %-6s", run->pods->name, run->policy->name,
	       run->ties == KORCH_TIES_NAME ? "name" : "seeded");
	for (size_t k = 0; k < OPENB_LOADS - 1; k++)
		printf(" %7.3f", sum[k] / n);
	size_t last = OPENB_LOADS - 1;
	double variance = squares[last] / n - sum[last] / n * (sum[last] / n);
	printf(" | %7.3f ± %.3f", sum[last] / n, variance > 0 ? sqrt(variance) : 0);
	if (openb_published(&mean, &sd, path, run->pods->name, run->policy->published, 130))
		printf(" | published %7.3f ± %.3f", mean, sd);
	else if (openb_published(&mean, &sd, path, run->pods->name, "FGD", 130))
		printf(" | %+.3f over FGD as published", sum[last] / n - mean);
	printf("\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	arguments given = {.seed = 1, .seeds = 10};
	glob_t found = {0};
	openb_nodes nodes;
	for (int i = 1; i < argc; i += 2)
		read_argument(&given, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
	fill_in(&given, &found);
	openb_nodes_read(&nodes, given.nodes);
	printf("%zu nodes, %lld devices; seeds %llu to %llu; allocated devices in %% at arrived load\n",
	       nodes.n, (long long)(nodes.gpu_milli / 1000), (unsigned long long)given.seed,
	       (unsigned long long)(given.seed + given.seeds - 1));
	printf("workload     policy         ties  ");
	for (size_t k = 0; k < OPENB_LOADS; k++)
		printf(" %s%6d%%", k == OPENB_LOADS - 1 ? "| " : "", openb_loads[k]);
	printf("\n");
	for (size_t i = 0; i < given.n_pods; i++) {
		openb_pods pods;
		openb_pods_read(&pods, given.pods[i]);
		for (size_t k = 0; k < given.n_policies; k++) {
			for (int32_t ties = KORCH_TIES_NAME; ties <= KORCH_TIES_SEEDED; ties++) {
				openb_run run = {
				    .nodes = &nodes, .pods = &pods, .policy = given.policies[k], .ties = ties};
				measure(&given, &run, given.pods[i]);
			}
		}
		openb_pods_free(&pods);
	}
	openb_nodes_free(&nodes);
	globfree(&found);
	return 0;
}
