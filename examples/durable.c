/*
 * durable FOLDER MANIFEST…: a cluster whose objects and pods outlive the program. End it by kill
 * -9, start it again with the same folder (manifests may be left out then), and it goes on with
 * both: nothing is started twice. Ctrl-C stops the pods and keeps the objects. See
 * docs/embedding.md.
 */
#include <korch/cluster.h>
#include <korch/process.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static korch_cluster *cluster;

static void on_signal(int number)
{
	(void)number;
	korch_cluster_quit(cluster);
}

static int fail(korch_error *error)
{
	char *text = korch_error_format(error);
	fprintf(stderr, "durable: %s\n", text ? text : "failed");
	free(text);
	korch_error_free(error);
	return 1;
}

/* The three places that are kept. */
static int open_all(korch_store **store, korch_loop *loop, const char *folder, korch_error **error)
{
	char file[4200], runs[4200], state[4200];
	snprintf(file, sizeof(file), "%s/store.db", folder);
	snprintf(runs, sizeof(runs), "%s/runtime", folder);
	snprintf(state, sizeof(state), "%s/cluster", folder);
	const korch_store_sqlite_options sqlite = {.size = sizeof(sqlite), .path = file};
	const korch_process_options process = {.size = sizeof(process), .state_folder = runs};
	korch_runtime *runtime = NULL;
	int code = korch_store_sqlite_new(store, loop, &sqlite, error); /* one program at a time */
	if (code == 0)
		code = korch_runtime_process_new(&runtime, loop, &process, error); /* finds what runs */
	if (code < 0)
		return code;
	const korch_cluster_options options = {.size = sizeof(options),
	                                       .loop = loop,
	                                       .store = *store,
	                                       .runtime = runtime,
	                                       .state_folder = state};
	return korch_cluster_open(&cluster, &options, error);
}

int main(int argc, char **argv)
{
	korch_error *error = NULL;
	korch_loop *loop = NULL;
	korch_store *store = NULL;
	mkdir(argc > 1 ? argv[1] : "", 0700);
	char *folder = argc > 1 ? realpath(argv[1], NULL) : NULL;
	if (!folder) {
		fprintf(stderr, "usage: durable FOLDER MANIFEST…\n");
		return 2;
	}
	if (korch_loop_new(&loop, &error) < 0 || open_all(&store, loop, folder, &error) < 0)
		return fail(error);
	for (int i = 2; i < argc; i++)
		if (korch_cluster_apply_file(cluster, argv[i], &error) < 0)
			return fail(error);
	signal(SIGINT, on_signal);
	fprintf(stderr, "durable: serving\n");
	korch_cluster_run(cluster);
	korch_cluster_stop_pods(cluster, 60 * KORCH_USEC_PER_SEC, NULL);
	korch_cluster_close(cluster);
	korch_store_free(store);
	korch_loop_free(loop);
	free(folder);
	return 0;
}
