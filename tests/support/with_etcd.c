/*
 * Runs a program with an etcd of its own, on whose stores its tests keep their objects:
 * with-etcd PROGRAM [ARGUMENT…]
 */
#include "etcd.h"
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv)
{
	/* Elections of one member are over the sooner. */
	static const char *const arguments[] = {"--heartbeat-interval", "10", "--election-timeout",
	                                        "100", NULL};
	etcd_server server = {0};
	pid_t pid = 0;
	int status = 0;
	if (argc < 2) {
		fprintf(stderr, "usage: with-etcd PROGRAM [ARGUMENT…]\n");
		return 2;
	}
	etcd_start(&server, &(etcd_options){.arguments = arguments});
	setenv("KORCH_TEST_STORE", "etcd", 0);
	setenv("KORCH_TEST_ETCD", server.url, 1);
	int failure = posix_spawn(&pid, argv[1], NULL, NULL, argv + 1, environ);
	if (failure == 0)
		waitpid(pid, &status, 0);
	etcd_stop(&server);
	if (failure) {
		fprintf(stderr, "with-etcd: %s cannot be started\n", argv[1]);
		return 2;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
