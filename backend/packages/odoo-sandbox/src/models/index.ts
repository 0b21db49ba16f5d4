import type { ModelDeclaration } from '../model';
import { accountJournal, accountPayment, accountTax } from './account';
import { accountMove, accountMoveLine } from './account-move';
import { crmLead, crmStage, crmTag, crmTeam } from './crm';
import { irAttachment } from './ir-attachment';
import { irModel } from './ir-model';
import { irModuleModule } from './ir-module';
import { irSequence } from './ir-sequence';
import { mailFollowers, mailMessage } from './mail-message';
import { productCategory, productProduct, productTemplate, uomUom } from './product';
import { resCompany } from './res-company';
import { resCountry, resCurrency } from './res-country';
import { resPartner, resPartnerCategory } from './res-partner';
import { resUsers } from './res-users';
import { saleOrder, saleOrderLine } from './sale-order';
import { stockLocation, stockQuant } from './stock';

/** Every model of the sandbox. */
export const MODELS: readonly ModelDeclaration[] = [
	accountJournal,
	accountMove,
	accountMoveLine,
	accountPayment,
	accountTax,
	crmLead,
	crmStage,
	crmTag,
	crmTeam,
	irAttachment,
	irModel,
	irModuleModule,
	irSequence,
	mailFollowers,
	mailMessage,
	productCategory,
	productProduct,
	productTemplate,
	resCompany,
	resCountry,
	resCurrency,
	resPartner,
	resPartnerCategory,
	resUsers,
	saleOrder,
	saleOrderLine,
	stockLocation,
	stockQuant,
	uomUom,
];
