/* Where the objects of `korch up` are: in etcd, in the state folder's file, or in memory. */
#include "up/store.h"

static int open_etcd(korch_store **out, korch_loop *loop, const up_options *options,
                     korch_sealer *sealer, korch_error **err)
{
	const korch_store_etcd_options etcd = {.size = sizeof(etcd),
	                                       .url = options->store,
	                                       .prefix = options->prefix,
	                                       .ca_file = options->store_ca,
	                                       .cert_file = options->store_cert,
	                                       .key_file = options->store_key,
	                                       .sealer = sealer};
	int code = korch_store_etcd_new(out, loop, &etcd, err);
	return code < 0 ? code : up_store_check_readable(*out, loop, err);
}

int up_store_open(korch_store **out, korch_loop *loop, const up_options *options,
                  korch_sealer *sealer, const state *folders, korch_error **err)
{
	if (options->store)
		return open_etcd(out, loop, options, sealer, err);
	if (!options->state)
		return 0;
	const korch_store_sqlite_options sqlite = {
	    .size = sizeof(sqlite), .path = folders->store_file, .sealer = sealer};
	return korch_store_sqlite_new(out, loop, &sqlite, err);
}
