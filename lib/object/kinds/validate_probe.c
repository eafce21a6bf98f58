/* Rules of probes and lifecycle hooks. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <korch/api/core_probe.h>

/* A port is a number from 1 to 65535 or the name of one. */
static void check_port(const korch_int_or_string *port, const char *path, korch_problems *problems)
{
	if (!port->is_set)
		return;
	if (port->text)
		korch__syntax_check(problems, path, "port", KORCH_FORMAT_PORT_NAME, port->text);
	else if (port->number < 1 || port->number > 65535)
		korch__problem_field(problems, path, "port", KORCH_PROBLEM_INVALID,
		                     "%d: must be between 1 and 65535, inclusive", port->number);
}

void korch__http_get_action_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_http_get_action *action = self;
	check_port(&action->port, path, problems);
	for (size_t i = 0; i < action->n_http_headers; i++) {
		const char *name = korch__text_or_empty(action->http_headers[i].name);
		for (const char *c = name; *c; c++) {
			if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
			    *c == '-')
				continue;
			korch__problem_field(
			    problems, path, AT("httpHeaders[%zu].name", i), KORCH_PROBLEM_INVALID,
			    "\"%s\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. "
			    "'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
			    name);
			break;
		}
	}
}

void korch__tcp_socket_action_validate(const void *self, const char *path, korch_problems *problems)
{
	check_port(&((const korch_tcp_socket_action *)self)->port, path, problems);
}

typedef struct handler {
	const char *name;
	const void *value;
} handler;

/* Exactly one of the handlers is set; each further one is forbidden. */
static void check_handlers(const handler *handlers, size_t n, const char *path,
                           korch_problems *problems)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		if (handlers[i].value && found++ > 0)
			korch__problem_field(problems, path, handlers[i].name, KORCH_PROBLEM_FORBIDDEN,
			                     "may not specify more than 1 handler type");
	}
	if (found == 0)
		korch__problem(problems, path, KORCH_PROBLEM_REQUIRED, "must specify a handler type");
}

void korch__probe_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_probe *probe = self;
	const handler handlers[] = {{"exec", probe->exec},
	                            {"httpGet", probe->http_get},
	                            {"tcpSocket", probe->tcp_socket},
	                            {"grpc", probe->grpc}};
	check_handlers(handlers, 4, path, problems);
}

void korch__lifecycle_handler_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_lifecycle_handler *hook = self;
	const handler handlers[] = {{"exec", hook->exec},
	                            {"httpGet", hook->http_get},
	                            {"tcpSocket", hook->tcp_socket},
	                            {"sleep", hook->sleep}};
	check_handlers(handlers, 4, path, problems);
}
