#!/bin/sh
# n8n takes community nodes from its data, which outlives the image: there is a link to those of the image.
set -e
nodes="$HOME/.n8n/nodes/node_modules"
mkdir -p "$nodes"
ln -sfn /opt/n8n-nodes-odoo-platform "$nodes/n8n-nodes-odoo-platform"
exec /docker-entrypoint.sh "$@"
