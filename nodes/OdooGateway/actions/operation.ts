import type { INodeExecutionData, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { InputNames } from '../../shared/failure';
import type { Item } from '../item';

/** What one operation is called, what it asks its user, and what it does for an item. */
export interface Operation {
	option: INodePropertyOptions;
	properties: INodeProperties[];
	/** How its parameters are displayed that Odoo may find fault with. */
	inputs: InputNames;
	/** What goes out of the node for the item. */
	run(item: Item): Promise<Pick<INodeExecutionData, 'json' | 'binary'>[]>;
}
