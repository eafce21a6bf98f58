/* Lists, by pages that are one state: of now, or of a revision that the client has seen. */
#include "load.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void done(load_client *client, int code)
{
	fclose(client->rows_out);
	record_listed(client, code_text(code));
	free(client->rows);
	client->rows = NULL;
	client_done(client);
}

static void ask(load_client *client, uint64_t revision, const char *token);

static void on_page(void *userdata, int code, const korch_list_page *page)
{
	load_client *client = userdata;
	if (!page) {
		done(client, code);
		return;
	}
	client->list_revision = page->revision;
	for (size_t i = 0; i < page->n; i++) {
		const korch_object *object = page->objects[i];
		fprintf(client->rows_out, "%s[\"%s\",\"%s\",%" PRIu64 "]",
		        ftell(client->rows_out) > 0 ? "," : "", korch_object_name(object), value_of(object),
		        object->revision);
	}
	if (!page->continue_token) {
		done(client, code);
		return;
	}
	char *token = strdup(page->continue_token);
	ask(client, 0, token);
	free(token);
}

static void ask(load_client *client, uint64_t revision, const char *token)
{
	korch_list_query query = {.kind = client->load->kind,
	                          .namespace_ = "linear",
	                          .limit = client->page,
	                          .revision = revision,
	                          .continue_token = token};
	int r = korch_store_list(client->store, &query, on_page, client);
	if (r < 0)
		done(client, r);
}

void list_start(load_client *client)
{
	uint64_t revision =
	    below(client, 3) == 0 ? client->seen[below(client, (unsigned)client->load->n_keys)] : 0;
	client->call = next_call();
	client->page = below(client, 4);
	client->rows_out = open_memstream(&client->rows, &client->rows_size);
	if (!client->rows_out)
		fail("list", KORCH_E_NOMEM);
	record_list(client, revision);
	ask(client, revision, NULL);
}
